// Builtins and sinks as the host hands them to the plugin, with the texts they point to.
#pragma once

#include <weft/control.h>
#include <weft/cpp/text.hpp>

#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace weft::test {

using Argument = std::pair<std::string, std::variant<double, std::string>>;

// Keeps what the structs of one wish point to.
class Statements {
public:
    // builtin(1, 7, port: "name")
    Statements& input(const std::string& builtin, const std::vector<Argument>& args,
                      std::uint32_t outputs = 1) {
        weft_source source = {};
        source.node = cpp::to_str(texts_.emplace_back("node" + std::to_string(inputs_.size())));
        source.builtin = cpp::to_str(texts_.emplace_back(builtin));
        source.args = arguments(args);
        source.arg_count = static_cast<std::uint32_t>(args.size());
        source.output_count = outputs;
        source.span = {0, 10, 20};
        inputs_.push_back(source);
        return *this;
    }
    // midi(constants..., and `values` by name)
    Statements& sink(const std::vector<Argument>& args, const std::vector<std::string>& values) {
        auto& labels = labels_.emplace_back();
        for (const std::string& value : values)
            labels.push_back(cpp::to_str(texts_.emplace_back(value)));
        weft_control_sink sink = {};
        sink.sink = cpp::to_str("midi");
        sink.args = arguments(args);
        sink.arg_count = static_cast<std::uint32_t>(args.size());
        sink.labels = labels.data();
        sink.value_count = static_cast<std::uint32_t>(labels.size());
        sink.span = {0, 30, 40};
        sinks_.push_back(sink);
        return *this;
    }
    // Tests are over JACK, whatever else there is.
    Statements() { option("midi.api", "jack"); }

    Statements& option(const std::string& name, const std::variant<double, std::string>& value) {
        options_.push_back(*arguments({{name, value}}));
        return *this;
    }

    [[nodiscard]] weft_control_wish wish() const {
        weft_control_wish wish = {};
        wish.struct_size = sizeof wish;
        wish.inputs = inputs_.data();
        wish.input_count = static_cast<std::uint32_t>(inputs_.size());
        wish.sinks = sinks_.data();
        wish.sink_count = static_cast<std::uint32_t>(sinks_.size());
        wish.options = options_.data();
        wish.option_count = static_cast<std::uint32_t>(options_.size());
        return wish;
    }
    [[nodiscard]] const std::vector<weft_source>& inputs() const { return inputs_; }
    [[nodiscard]] const std::vector<weft_control_sink>& sinks() const { return sinks_; }

private:
    const weft_arg* arguments(const std::vector<Argument>& args) {
        auto& list = args_.emplace_back();
        for (const auto& [name, value] : args) {
            weft_arg arg = {};
            arg.name = cpp::to_str(texts_.emplace_back(name));
            if (const auto* text = std::get_if<std::string>(&value)) {
                arg.kind = WEFT_ARG_TEXT;
                arg.text = cpp::to_str(texts_.emplace_back(*text));
            } else {
                arg.kind = WEFT_ARG_NUMBER;
                arg.number = std::get<double>(value);
            }
            list.push_back(arg);
        }
        return list.data();
    }

    std::deque<std::string> texts_;
    std::deque<std::vector<weft_arg>> args_;
    std::deque<std::vector<weft_str>> labels_;
    std::vector<weft_source> inputs_;
    std::vector<weft_control_sink> sinks_;
    std::vector<weft_arg> options_;
};

}  // namespace weft::test
