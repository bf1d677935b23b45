#include <cstdio>

int main() {
  std::puts("framespool " FRAMESPOOL_VERSION);
  return 0;
}
