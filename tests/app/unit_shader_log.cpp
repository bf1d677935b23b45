#include <gtest/gtest.h>

#include "app/scene/shader_log.h"

namespace framespool {
namespace {

std::string said(std::string_view log) {
  return describe(first_shader_error(log), "a.frag");
}

TEST(ShaderLog, MesaGivesLineAndColumn) {
  EXPECT_EQ(said("0:12(3): error: `foo' undeclared\n0:13(1): error: type mismatch\n"),
            "a.frag:12: `foo' undeclared (and 1 more error)");
}

TEST(ShaderLog, MesaPreprocessorErrorsCount) {
  EXPECT_EQ(said("0:4(2): preprocessor error: #error not today\n"), "a.frag:4: #error not today");
}

TEST(ShaderLog, NvidiaGivesTheLineInBrackets) {
  EXPECT_EQ(said("0(12) : error C1008: undefined variable \"foo\"\n0(14) : error C0000: syntax error\n"
                 "0(15) : error C0000: syntax error\n"),
            "a.frag:12: undefined variable \"foo\" (and 2 more errors)");
}

TEST(ShaderLog, AmdGivesANumberedError) {
  EXPECT_EQ(said("Fragment shader failed to compile with the following errors:\n"
                 "ERROR: 0:12: error(#143) Undeclared identifier: foo\n"
                 "ERROR: error(#273) 1 compilation errors.  No code generated\n"),
            "a.frag:12: Undeclared identifier: foo");
}

TEST(ShaderLog, IntelAndAppleGiveErrorFirst) {
  EXPECT_EQ(said("ERROR: 0:7: 'foo' : undeclared identifier\n"), "a.frag:7: 'foo' : undeclared identifier");
}

TEST(ShaderLog, WarningsAreSkipped) {
  EXPECT_EQ(said("0:1(1): warning: extension `GL_X' unsupported\n0:9(2): error: syntax error.\n"),
            "a.frag:9: syntax error");
}

TEST(ShaderLog, LinkErrorsHaveNoLine) {
  EXPECT_EQ(said("error: unresolved reference to function `f'\n"),
            "a.frag: unresolved reference to function `f'");
}

TEST(ShaderLog, WhatItDoesNotKnowIsPassedOn) {
  EXPECT_EQ(said("\n  strange   things\nmore\n"), "a.frag: strange things");
}

TEST(ShaderLog, AnEmptyLogSaysSo) {
  EXPECT_EQ(said(""), "a.frag: the driver refuses it and does not say why");
  EXPECT_EQ(said(std::string_view("\0\n", 2)), "a.frag: the driver refuses it and does not say why");
  EXPECT_EQ(said(std::string_view("\0\0.", 3)), "a.frag: the driver refuses it and does not say why") << "found by the fuzzer";
}

TEST(ShaderLog, AVeryLongLineIsCut) {
  EXPECT_LT(said("0:12(3): error: " + std::string(1 << 20, 'x')).size(), 600u);
}

TEST(ShaderLog, ANumberBeyondAnIntIsLeftOut) {
  EXPECT_EQ(said("0:99999999999999(3): error: far\n"), "a.frag: far");
}

}  // namespace
}  // namespace framespool
