// Cached prefixes on disk:
//   header     magic, version, whose they are, number of nodes, checksum of header and directory
//   directory  a record a node, parents first: parent, tokens, where its pages are and their checksums
//   pages      as in memory
// Opening reads header and directory; a page is read when a prompt needs it. A file that is truncated, damaged,
// somebody else's or open to others is refused as a whole; a page that is damaged counts as absent.
// What stands in such a file can be turned back into the text of prompts.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kv/page_pool.h"

namespace tiergate {

/// A page in a file; offset 0: none.
struct SavedPage {
  uint64_t offset = 0, checksum = 0;
};

class PrefixFile {
 public:
  struct Record {
    int32_t parent;                           // index of an earlier record; -1: none
    uint32_t n_tokens;                        // kPageTokens, or fewer in a leaf
    std::array<SavedPage, kPageKinds> pages;  // by PageKind
    std::array<int32_t, kPageTokens> tokens;
  };

  /// identity: of the model's file, the ISA and the layout of pages; a file of another one is refused. Throws
  /// Error(INVALID_REQUEST) with the path and what is wrong.
  PrefixFile(const std::string& path, const std::string& identity, const KvShape& shape);
  ~PrefixFile();
  PrefixFile(const PrefixFile&) = delete;
  PrefixFile& operator=(const PrefixFile&) = delete;

  const std::vector<Record>& records() const { return records_; }
  /// False when the page is damaged or cannot be read.
  bool read(const SavedPage& page, PageKind kind, uint8_t* to) const;

 private:
  int fd_;
  const KvShape shape_;
  std::vector<Record> records_;
};

/// A node to be written: its pages in memory, or in an earlier file.
struct PrefixToSave {
  PrefixFile::Record record;
  std::array<Page, kPageKinds> pages;  // null: see record.pages
};

/// Writes beside the final name, then renames; readable by this user alone. earlier: what record.pages point into.
/// Returns the number of tokens. Throws Error(INTERNAL) with the system's reason; leaves nothing behind.
int64_t write_prefix_file(const std::string& path, const std::string& identity, const KvShape& shape,
                          const std::vector<PrefixToSave>& prefixes, const PrefixFile* earlier);

}  // namespace tiergate
