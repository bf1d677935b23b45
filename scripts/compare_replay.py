"""Compares the frames that apitrace replays (PNM on standard input) with a take exported as PNGs, byte for byte.

Usage: compare_replay.py FOLDER-OF-PNGS NAME. Prints one line; exit status 1 when a frame differs. The first frame is
reported apart: the replayer reads it from a window that was mapped a moment ago, and gives other pixels from run to run.
"""
import pathlib
import subprocess
import sys


def pnm_frames(stream):
    while stream.readline():  # P6
        line = stream.readline()
        while line.startswith(b"#"):
            line = stream.readline()
        width, height = map(int, line.split())
        stream.readline()  # 255
        yield width, height, stream.read(width * height * 3)


def main():
    folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    count = len(list(folder.glob("image-*.png")))
    decoder = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-i", str(folder / "image-%04d.png"), "-f", "image2pipe", "-c:v", "ppm",
         "-pix_fmt", "rgb24", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    compared, different = 0, []
    for ours, theirs in zip(pnm_frames(decoder.stdout), pnm_frames(sys.stdin.buffer)):
        if ours != theirs:
            different.append(compared)
        compared += 1
        if compared == count:
            break
    while sys.stdin.buffer.read(1 << 20):  # a replayer that is cut off would fail the pipe
        pass
    decoder.stdout.close()
    decoder.wait()
    later = [k for k in different if k > 0]
    print(f"{name:<14} {count:>6} frames, {compared} compared, {len(later)} differ"
          + (f" (the first is {later[0]})" if later else "")
          + ("; frame 0 differs" if 0 in different else ""))
    sys.exit(0 if compared == count and count > 0 and not later else 1)


main()
