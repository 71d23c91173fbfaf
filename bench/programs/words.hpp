// words.hpp - a text in files, the same on every machine, and the count of its words in one thread.
#ifndef THRUM_BENCH_PROGRAMS_WORDS_HPP
#define THRUM_BENCH_PROGRAMS_WORDS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bench {

/// Some two megabytes in a hundred files of one to some forty kilobytes, in memory: the disk is not measured.
/// Few of the words are frequent and many are rare, as in a language.
struct Corpus {
  std::string text;  // of all files, with a zero after each
  std::vector<std::string_view> files;
};

const Corpus& corpus();

/// What one thread has counted. A word is a run of letters, taken in small ones, as in examples/wordcount.c;
/// the words lie in parts by their first letter, so that counts can be merged part by part.
class Tally {
 public:
  static constexpr std::size_t parts = 16;

  void add_file(std::string_view file);
  /// Adds one part of the words of another tally.
  void merge(std::size_t part, const Tally& other);

  /// What tells a count from any other: it does not depend on the order of the words.
  std::uint64_t digest() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Words = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;

  void add_word(std::string_view word);

  std::array<Words, parts> words_;
};

/// Merges one part of all into the first of them.
inline void merge_part(std::vector<Tally>& tallies, std::size_t part) {
  for (std::size_t i = 1; i < tallies.size(); ++i) tallies.front().merge(part, tallies[i]);
}

/// The digest of the corpus, counted by one thread.
std::uint64_t expected_digest();

}  // namespace bench

#endif
