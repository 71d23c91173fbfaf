// words.cpp - text of words that a generator makes, and their count.
#include "words.hpp"

#include <random>

namespace bench {

namespace {

/// A number below `bound`. The engine is the same everywhere, which the standard's distributions are not.
class Numbers {
 public:
  std::size_t below(std::size_t bound) { return engine_() % bound; }

 private:
  std::minstd_rand engine_{12};
};

std::vector<std::string> vocabulary(Numbers& numbers) {
  constexpr std::string_view consonants = "bcdfghjklmnprstvwz";
  constexpr std::string_view vowels = "aeiou";
  std::vector<std::string> words(8000);
  for (std::string& word : words) {
    for (std::size_t syllables = 1 + numbers.below(4); syllables > 0; --syllables) {
      word += consonants[numbers.below(consonants.size())];
      word += vowels[numbers.below(vowels.size())];
    }
  }
  return words;
}

Corpus make_corpus() {
  Numbers numbers;
  const std::vector<std::string> words = vocabulary(numbers);
  std::vector<std::size_t> ends;
  Corpus corpus;
  for (int file = 0; file < 100; ++file) {
    const std::size_t end = corpus.text.size() + 1000 + numbers.below(40'000);
    for (std::size_t word = 0; corpus.text.size() < end; ++word) {
      // Of three numbers the least: the words in front are the frequent ones.
      const std::size_t rank =
          std::min({numbers.below(words.size()), numbers.below(words.size()), numbers.below(words.size())});
      const std::size_t start = corpus.text.size();
      corpus.text += words[rank];
      if (word % 12 == 0) corpus.text[start] = static_cast<char>(corpus.text[start] & ~0x20);
      corpus.text += word % 12 == 11 ? ".\n" : " ";
    }
    ends.push_back(corpus.text.size());
    corpus.text += '\0';
  }
  std::size_t start = 0;
  for (const std::size_t end : ends) {
    corpus.files.push_back(std::string_view(corpus.text).substr(start, end - start));
    start = end + 1;
  }
  return corpus;
}

/// The letter, small, or a zero.
char small_letter(char letter) {
  const char small = static_cast<char>(letter | 0x20);
  return small >= 'a' && small <= 'z' ? small : '\0';
}

}  // namespace

const Corpus& corpus() {
  static const Corpus made = make_corpus();
  return made;
}

void Tally::add_file(std::string_view file) {
  std::string word;
  for (const char letter : file) {
    const char small = small_letter(letter);
    if (small != '\0') {
      word += small;
    } else if (!word.empty()) {
      add_word(word);
      word.clear();
    }
  }
  if (!word.empty()) add_word(word);
}

void Tally::add_word(std::string_view word) {
  Words& words = words_[static_cast<unsigned char>(word.front()) % parts];
  const auto place = words.find(word);
  if (place != words.end()) {
    ++place->second;
  } else {
    words.emplace(word, 1);
  }
}

void Tally::merge(std::size_t part, const Tally& other) {
  for (const auto& [word, count] : other.words_[part]) words_[part][word] += count;
}

std::uint64_t Tally::digest() const {
  std::uint64_t digest = 0;
  for (const Words& words : words_) {
    for (const auto& [word, count] : words) {
      std::uint64_t hash = 14695981039346656037U;  // FNV-1a, which Go's program has too
      for (const char letter : word) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
      digest += hash * count;
    }
  }
  return digest;
}

std::uint64_t expected_digest() {
  static const std::uint64_t digest = [] {
    Tally tally;
    for (const std::string_view file : corpus().files) tally.add_file(file);
    return tally.digest();
  }();
  return digest;
}

}  // namespace bench
