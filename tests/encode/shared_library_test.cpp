#include "encode/internal/shared_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace framespool {
namespace {

TEST(SharedLibrary, GivesItsFunctions) {
  const auto library = SharedLibrary::load("libm.so.6");
  ASSERT_TRUE(library);
  double (*floor)(double) = nullptr;
  ASSERT_TRUE(library->find("floor", floor));
  EXPECT_EQ(floor(2.5), 2.0);
}

TEST(SharedLibrary, ThatIsNotThereIsNamedOnce) {
  const auto library = SharedLibrary::load("libno-such-thing.so.57");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().kind, ErrorKind::failed);
  EXPECT_EQ(library.error().line(),
            "libno-such-thing.so.57: cannot be loaded: cannot open shared object file: No such file or directory; "
            "install the package that it comes from");
}

TEST(SharedLibrary, WithoutAFunctionThatIsNeededIsOfTheWrongVersion) {
  const auto library = SharedLibrary::load("libm.so.6");
  ASSERT_TRUE(library);
  void (*none)() = nullptr;
  const auto found = library->find("av_no_such_function", none);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().line(),
            "libm.so.6: has no function av_no_such_function; install the version that this program was built for");
  EXPECT_EQ(none, nullptr);
}

}  // namespace
}  // namespace framespool
