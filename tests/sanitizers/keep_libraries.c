// Linked into what opens windows when it is built with AddressSanitizer: libraries stay where they are. GLFW unloads libGL and Xlib's
// parts at its end; what these had only in their own globals would then be reported as leaked, by an "<unknown module>" that no
// suppression can name.
int dlclose(void* library) {
  (void)library;
  return 0;
}
