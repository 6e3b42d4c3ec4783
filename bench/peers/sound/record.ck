// As text, a line a sample: ChucK's own writers have no singles.
public class Record {
    fun static void both(string path) {
        FileIO file;
        file.open(path, FileIO.WRITE);
        while (true) {
            1::samp => now;
            file <= dac.left.last() <= " " <= dac.right.last() <= IO.newline();
        }
    }
}
