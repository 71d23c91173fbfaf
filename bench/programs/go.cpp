// go.cpp - Go's wordcount, which is a process of its own and takes its time itself.
#include <unistd.h>

#include <cinttypes>
#include <cstdio>

#include "programs/programs.hpp"
#include "programs/wordcount.hpp"

namespace bench {

namespace {

/// The corpus in a file, for as long as it is wanted.
class TextFile {
 public:
  TextFile() {
    const char* directory = std::getenv("TMPDIR");
    path_ = std::string(directory != nullptr ? directory : "/tmp") + "/thrum-benchmark-XXXXXX";
    const int descriptor = mkstemp(path_.data());
    require(descriptor < 0 ? 1 : 0, "mkstemp");
    std::FILE* const file = fdopen(descriptor, "w");
    require(file == nullptr ? 1 : 0, "fdopen");
    const std::string& text = corpus().text;
    require(std::fwrite(text.data(), 1, text.size(), file) == text.size() ? 0 : 1, "fwrite");
    require(std::fclose(file), "fclose");
  }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile() { require(unlink(path_.c_str()), "unlink"); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Figures count(const TextFile& text, Nanoseconds budget) {
  const std::string command = std::string("'" THRUM_PEER_GO "' ") +
                              std::to_string(static_cast<long>(budget.count())) + " " +
                              std::to_string(counters()) + " <'" + text.path() + "'";
  std::FILE* const output = popen(command.c_str(), "r");
  require(output == nullptr ? 1 : 0, "popen");
  Figures figures;
  std::uint64_t digest = 0;
  require(
      std::fscanf(output, "%lf %lf %" SCNu64, &figures.nanoseconds, &figures.processor, &digest) == 3 ? 0 : 1,
      "Go's wordcount");
  require(pclose(output), "Go's wordcount");
  require(digest == expected_digest() ? 0 : 1, "another count of words: the program");
  return figures;
}

}  // namespace

void add_go_programs(const Peer& peer) { peer.add<TextFile>(wordcount_row(), count); }

}  // namespace bench
