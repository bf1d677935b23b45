// How much room an export that met a full disk would have needed.
#pragma once

#include <cstdint>
#include <string>

namespace framespool {

// Known of an export at the moment it failed.
struct ExportExtent {
  std::uint64_t pictures = 0;        // of the whole export; 0: not known
  std::uint64_t kept = 0;            // of these, safe under their names
  std::uint64_t measured = 0;        // pictures that
  std::uint64_t measured_bytes = 0;  // these bytes stand for
  std::uint64_t given_back = 0;      // bytes that leave the disk when what is not whole is removed
};

// "about 9.2 MB more is needed for the 48 pictures that are left": an estimate, the pictures that are not kept at the
// average size of the measured ones, less the room there is for this user: what is free on the file system of
// `descriptor` and what is given back; under a quota (EDQUOT) the latter alone, for a limit on file sizes (EFBIG) that
// limit. Where the length of the export or the size of a picture is not known, one picture counts; where that estimate would fit, what one takes.
[[nodiscard]] std::string missing_room(int descriptor, int error_number, const ExportExtent& extent);

}  // namespace framespool
