#include "encode/internal/missing_room.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cache/room.h"

namespace framespool {
namespace {

// The blocks kept back for the administrator are room for nobody else.
std::uint64_t free_bytes(int descriptor) {
  struct statvfs status {};
  if (::fstatvfs(descriptor, &status) != 0) return 0;
  return std::uint64_t{::geteuid() == 0 ? status.f_bfree : status.f_bavail} * status.f_frsize;
}

std::uint64_t room_there_is(int descriptor, int error_number, std::uint64_t given_back) {
  if (error_number == EDQUOT) return given_back;
  if (error_number != EFBIG) return free_bytes(descriptor) + given_back;
  struct rlimit limit {};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : given_back;
}

}  // namespace

std::string missing_room(int descriptor, int error_number, const ExportExtent& extent) {
  const bool known = extent.pictures > extent.kept && extent.measured > 0;
  const std::uint64_t left = known ? extent.pictures - extent.kept : 1;
  const double one = static_cast<double>(std::max<std::uint64_t>(extent.measured_bytes, 1)) /
                     static_cast<double>(std::max<std::uint64_t>(extent.measured, 1));
  const double missing = one * static_cast<double>(left) -
                         static_cast<double>(room_there_is(descriptor, error_number, extent.given_back));
  const std::string more = room_text(static_cast<std::uint64_t>(missing > 0 ? missing : one));
  if (!known || left == 1) return fmt::format("about {} more is needed for the next picture", more);
  if (left == extent.pictures) return fmt::format("about {} more is needed for all {} pictures", more, left);
  return fmt::format("about {} more is needed for the {} pictures that are left", more, left);
}

}  // namespace framespool
