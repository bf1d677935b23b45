# A Python program with an OpenGL window: 30 frames, then it ends. The upper half has a colour of its own.
import pyglet
from pyglet import gl

window = pyglet.window.Window(120, 90, vsync=False)
drawn = 0


@window.event
def on_draw():
    gl.glClearColor(drawn / 40, 0.5, 0.25, 1)
    window.clear()
    gl.glEnable(gl.GL_SCISSOR_TEST)
    gl.glScissor(0, 45, 120, 45)
    gl.glClearColor(1, 0, 0.5, 1)
    window.clear()
    gl.glDisable(gl.GL_SCISSOR_TEST)


def step(_):
    global drawn
    drawn += 1
    if drawn == 30:
        pyglet.app.exit()


pyglet.clock.schedule_interval(step, 1 / 100)
pyglet.app.run()
