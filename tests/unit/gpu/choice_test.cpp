// Which device is taken, and what whoever asks for another one is told.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <weft/cpp/backend.hpp>

#include "gpu/choice.h"

namespace {

using weft::gpu::choose_device;
using weft::gpu::DeviceOption;

constexpr const char* kVariable = "WEFT_TEST_CHOICE";

const std::vector<DeviceOption> kAll = {{"llvmpipe (LLVM 15)", "", 40},
                                        {"GeForce 4090", "", 230},
                                        {"Radeon 780M", "", 210},
                                        {"Voodoo 3", "has no queue for compute work", 230},
                                        {"GeForce 4090", "", 230}};

struct Asked {
    explicit Asked(const char* what) { ::setenv(kVariable, what, 1); }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    ~Asked() { ::unsetenv(kVariable); }
};

std::string refusal(const std::vector<DeviceOption>& all) {
    try {
        (void)choose_device(kVariable, all);
    } catch (const weft::cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        return failure.what();
    }
    return "chosen";
}

TEST(Choice, TheBestThatWorksAndOfEqualsTheFirst) {
    EXPECT_EQ(choose_device(kVariable, kAll), 1u);
    const Asked empty("");
    EXPECT_EQ(choose_device(kVariable, kAll), 1u);
}

TEST(Choice, APartOfTheNameOrTheNumber) {
    for (const auto& [asked, due] : std::vector<std::pair<const char*, std::size_t>>{
             {"radeon", 2}, {"LLVM", 0}, {"4", 4}, {"0", 0}, {"4090", 1}, {"GeForce", 1}}) {
        const Asked one(asked);
        EXPECT_EQ(choose_device(kVariable, kAll), due) << asked;
    }
}

TEST(Choice, WhatCannotBeTakenSaysWhy) {
    EXPECT_NE(refusal({}).find("no driver"), std::string::npos);
    {
        const Asked one("voodoo");
        EXPECT_EQ(refusal(kAll), "Voodoo 3 has no queue for compute work");
    }
    const Asked one("Matrox");
    const std::string said = refusal(kAll);
    for (const char* part : {kVariable, "\"Matrox\"", "2: Radeon 780M"})
        EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST(Choice, TheListHasAllOfThem) {
    std::vector<weft_device> told(3);
    EXPECT_EQ(weft::gpu::list_devices(kVariable, kAll, told.data(), 3), kAll.size());
    EXPECT_EQ(told[0].chosen, 0u);
    EXPECT_EQ(told[1].chosen, 1u);
    EXPECT_STREQ(told[1].name, "GeForce 4090");
    EXPECT_EQ(told[2].score, 210);
    told.resize(kAll.size());
    const Asked one("Matrox");
    EXPECT_EQ(weft::gpu::list_devices(kVariable, kAll, told.data(), 5), kAll.size());
    for (const weft_device& device : told) EXPECT_EQ(device.chosen, 0u);
    EXPECT_STREQ(told[3].reason, "has no queue for compute work");
}

}  // namespace
