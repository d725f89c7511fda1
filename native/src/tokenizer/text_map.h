// Hash tables of the encoders: texts to ids, pairs to merges, and words already encoded in this call.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tiergate {

/// Eight bytes a step; good for the short keys of vocabularies.
inline uint64_t hash_bytes(const char* bytes, size_t length) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15ull;
  uint64_t hash = length * kFactor;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29;
  }
  uint64_t tail = 0;
  std::memcpy(&tail, bytes, length);
  hash = (hash ^ tail) * kFactor;
  return hash ^ hash >> 32;
}

/// Text to a non-negative id. The texts must outlive the map. Slots are small, since their places in memory follow no
/// order: a vocabulary's fit a core's cache, and are filled at every start.
class TextMap {
 public:
  explicit TextMap(size_t capacity = 16) : slots_(std::bit_ceil(capacity * 2 + 2)) {
    entries_.reserve(capacity);
  }

  /// Keeps the first id of a text. Returns whether the text was new.
  bool insert(std::string_view text, int32_t id) {
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    const uint64_t hash = hash_bytes(text.data(), text.size());
    Slot& slot = slots_[index_of(text, hash)];
    if (slot.entry != kFree) return false;
    slot = {static_cast<uint32_t>(entries_.size()), static_cast<uint32_t>(hash >> 32)};
    entries_.push_back({text.data(), static_cast<uint32_t>(text.size()), id});
    return true;
  }

  /// -1: absent.
  int32_t find(std::string_view text) const {
    const Slot& slot = slots_[index_of(text, hash_bytes(text.data(), text.size()))];
    return slot.entry == kFree ? -1 : entries_[slot.entry].id;
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  struct Slot {
    uint32_t entry = kFree;
    uint32_t hash = 0;  // the half that does not choose the slot
  };

  struct Entry {
    const char* text;
    uint32_t length;
    int32_t id;
  };

  size_t index_of(std::string_view text, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (slot.entry == kFree) return i;
      if (slot.hash != static_cast<uint32_t>(hash >> 32)) continue;
      const Entry& entry = entries_[slot.entry];
      if (std::string_view(entry.text, entry.length) == text) return i;
    }
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.entry == kFree) continue;
      const std::string_view text(entries_[slot.entry].text, entries_[slot.entry].length);
      slots_[index_of(text, hash_bytes(text.data(), text.size()))] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::vector<Entry> entries_;  // as they came
};

/// (left, right) symbols to the merge's rank and result.
class PairMap {
 public:
  struct Merge {
    uint64_t key = kNone;
    int32_t rank = 0;
    int32_t result = 0;
  };

  explicit PairMap(size_t count = 0) : slots_(std::bit_ceil(count * 2 + 2)) {}

  static uint64_t key_of(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }

  /// At most `count` of the constructor; keeps the first merge of a pair.
  void insert(int32_t left, int32_t right, int32_t rank, int32_t result) {
    Merge& slot = slots_[index_of(key_of(left, right))];
    if (slot.key == kNone) slot = {key_of(left, right), rank, result};
  }

  /// nullptr: absent.
  const Merge* find(int32_t left, int32_t right) const {
    const Merge& slot = slots_[index_of(key_of(left, right))];
    return slot.key == kNone ? nullptr : &slot;
  }

 private:
  static constexpr uint64_t kNone = ~0ull;

  size_t index_of(uint64_t key) const {
    const size_t mask = slots_.size() - 1;
    const uint64_t mixed = (key ^ key >> 29) * 0x9E3779B97F4A7C15ull;
    size_t i = (mixed >> 32) & mask;
    while (slots_[i].key != kNone && slots_[i].key != key) i = (i + 1) & mask;
    return i;
  }

  std::vector<Merge> slots_;
};

/// Words encoded earlier in one call: natural text repeats itself, so most words are copies.
/// Bounded probing: a text made of colliding words only loses the cache's help.
class WordCache {
 public:
  /// Appends the ids of `word` to `out`: copied when known, else by encode(word), which appends them. The
  /// bytes of all words, and all of `out`, must stay as they are while the cache lives.
  template <class Encode>
  void append(std::string_view word, std::vector<int32_t>& out, Encode&& encode) {
    if (word.size() > kLongest) return encode(word);
    if (2 * count_ >= slots_.size()) grow();
    const uint64_t hash = hash_bytes(word.data(), word.size());
    Slot* const slot = find(word, hash);
    if (slot != nullptr && slot->text != nullptr) {
      const size_t first = slot->first, count = slot->count;
      const size_t end = out.size();
      out.resize(end + count);
      std::copy_n(out.begin() + static_cast<std::ptrdiff_t>(first), count,
                  out.begin() + static_cast<std::ptrdiff_t>(end));
      return;
    }
    const size_t first = out.size();
    encode(word);
    if (slot == nullptr || first > UINT32_MAX) return;
    *slot = {word.data(), static_cast<uint16_t>(word.size()), static_cast<uint16_t>(out.size() - first),
             static_cast<uint32_t>(first)};
    ++count_;
  }

 private:
  static constexpr size_t kLongest = 256;  // bytes
  static constexpr size_t kMostProbes = 8;
  static constexpr size_t kMostSlots = 1 << 17;

  struct Slot {
    const char* text = nullptr;
    uint16_t length = 0, count = 0;
    uint32_t first = 0;
  };

  Slot* find(std::string_view word, uint64_t hash) {
    const size_t mask = slots_.size() - 1;
    for (size_t probe = 0; probe < kMostProbes; ++probe) {
      Slot& slot = slots_[(hash + probe) & mask];
      if (slot.text == nullptr || std::string_view(slot.text, slot.length) == word) return &slot;
    }
    return nullptr;
  }

  void grow() {
    if (slots_.size() >= kMostSlots) return;
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    count_ = 0;
    for (const Slot& slot : old) {
      if (slot.text == nullptr) continue;
      Slot* const free = find({slot.text, slot.length}, hash_bytes(slot.text, slot.length));
      if (free == nullptr) continue;
      *free = slot;
      ++count_;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(256);
  size_t count_ = 0;
};

}  // namespace tiergate
