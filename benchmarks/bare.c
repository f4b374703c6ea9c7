/* The least that a C program can do to draw the passes of an ISF file: what benchmarks/isf.py measures the renderer against.

   bare FOLDER reads FOLDER/plan.txt, vertex.glsl, fragment.glsl and blocks.bin (the uniform block of every pass), opens EGL
   on the device that the engine takes too, and then does what lines on its standard input say:

     draw N    draws N frames and answers with the seconds that they took, on the wall and of this process
     read      answers with the output's pixels, 8 bits RGBA, the bottom row first

   The plan:  size W H
              targets N, then for each: W H, 1 for 32-bit floats, 1 for persistent
              samplers N, then for each: its name and the number of its target
              passes N BYTES STRIDE, then for each: the number of its target, -1 for the output

   The block's TIME, TIMEDELTA and FRAMEINDEX change with every frame. The rules are ISF's: a pass that reads its own target
   sees the last frame, so persistent targets are pairs; a target that was not drawn yet this frame is black. */

#define EGL_EGLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glcorearb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 64

#define GL_FUNCTIONS(X) \
  X(PFNGLACTIVETEXTUREPROC, glActiveTexture) X(PFNGLATTACHSHADERPROC, glAttachShader) \
  X(PFNGLBINDBUFFERPROC, glBindBuffer) X(PFNGLBINDBUFFERRANGEPROC, glBindBufferRange) \
  X(PFNGLBINDFRAMEBUFFERPROC, glBindFramebuffer) X(PFNGLBINDTEXTUREPROC, glBindTexture) \
  X(PFNGLBINDVERTEXARRAYPROC, glBindVertexArray) X(PFNGLBUFFERDATAPROC, glBufferData) \
  X(PFNGLBUFFERSUBDATAPROC, glBufferSubData) X(PFNGLCLEARPROC, glClear) X(PFNGLCOMPILESHADERPROC, glCompileShader) \
  X(PFNGLCREATEPROGRAMPROC, glCreateProgram) X(PFNGLCREATESHADERPROC, glCreateShader) X(PFNGLDISABLEPROC, glDisable) \
  X(PFNGLDRAWARRAYSPROC, glDrawArrays) X(PFNGLFINISHPROC, glFinish) \
  X(PFNGLFRAMEBUFFERTEXTURE2DPROC, glFramebufferTexture2D) X(PFNGLGENBUFFERSPROC, glGenBuffers) \
  X(PFNGLGENFRAMEBUFFERSPROC, glGenFramebuffers) X(PFNGLGENTEXTURESPROC, glGenTextures) \
  X(PFNGLGENVERTEXARRAYSPROC, glGenVertexArrays) X(PFNGLGETACTIVEUNIFORMSIVPROC, glGetActiveUniformsiv) \
  X(PFNGLGETPROGRAMINFOLOGPROC, glGetProgramInfoLog) X(PFNGLGETPROGRAMIVPROC, glGetProgramiv) \
  X(PFNGLGETUNIFORMINDICESPROC, glGetUniformIndices) X(PFNGLGETUNIFORMLOCATIONPROC, glGetUniformLocation) \
  X(PFNGLLINKPROGRAMPROC, glLinkProgram) X(PFNGLREADPIXELSPROC, glReadPixels) X(PFNGLSHADERSOURCEPROC, glShaderSource) \
  X(PFNGLTEXIMAGE2DPROC, glTexImage2D) X(PFNGLTEXPARAMETERIPROC, glTexParameteri) X(PFNGLUNIFORM1IPROC, glUniform1i) \
  X(PFNGLUSEPROGRAMPROC, glUseProgram) X(PFNGLVIEWPORTPROC, glViewport)

#define DECLARE(type, name) static type name;
GL_FUNCTIONS(DECLARE)

typedef struct {
  int width, height;
  GLuint texture[2], framebuffer[2];
  int now;          /* which of the pair holds the newest picture */
  int persistent, drawn;
} Target;

static Target targets[MOST], output;
static int target_count, sampler_count, pass_count, sampled[MOST], drawn_into[MOST];
static GLuint program, block_buffer, black, bound[MOST];
static unsigned char *blocks;
static long block_bytes, block_stride;
static int time_at, delta_at, index_at, frame;
static const unsigned char nothing[4];

static void fail(const char *what) {
  fprintf(stderr, "bare: %s\n", what);
  exit(1);
}

static char *whole_file(const char *folder, const char *name, long *size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  char *text = calloc(length + 1, 1);
  if (!text || fread(text, 1, length, file) != (size_t)length) fail(path);
  fclose(file);
  if (size) *size = length;
  return text;
}

static void open_context(void) {
  PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
  PFNEGLGETPLATFORMDISPLAYEXTPROC open = (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
  EGLDeviceEXT device;
  EGLint count = 0;
  EGLDisplay display;
  if (query && open && query(1, &device, &count) && count) display = open(EGL_PLATFORM_DEVICE_EXT, device, NULL);
  else display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
  if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API)) fail("no EGL display");
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_RED_SIZE, 8,
                           EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_NONE};
  EGLConfig config;
  if (!eglChooseConfig(display, wanted, &config, 1, &count) || !count) fail("no EGL configuration");
  const EGLint core[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
                         EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  const EGLint small[] = {EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE};
  EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, core);
  EGLSurface surface = eglCreatePbufferSurface(display, config, small);
  if (!context || !eglMakeCurrent(display, surface, surface, context)) fail("no OpenGL 3.3 context");
#define LOAD(type, name) \
  if (!(name = (type)eglGetProcAddress(#name))) fail(#name);
  GL_FUNCTIONS(LOAD)
}

static GLuint make_texture(int width, int height, int floats, const void *pixels) {
  GLuint name;
  glGenTextures(1, &name);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, name);
  bound[0] = name;
  glTexImage2D(GL_TEXTURE_2D, 0, floats ? GL_RGBA32F : GL_RGBA8, width, height, 0, GL_RGBA,
               floats ? GL_FLOAT : GL_UNSIGNED_BYTE, pixels);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  return name;
}

static void make_target(Target *target, int width, int height, int floats, int persistent) {
  target->width = width, target->height = height, target->persistent = persistent;
  for (int i = 0; i <= persistent; i++) {
    target->texture[i] = make_texture(width, height, floats, NULL);
    glGenFramebuffers(1, &target->framebuffer[i]);
    glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer[i]);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target->texture[i], 0);
    glClear(GL_COLOR_BUFFER_BIT);
  }
}

static int offset_of(const char *name) {
  GLuint index;
  GLint offset;
  glGetUniformIndices(program, 1, &name, &index);
  if (index == GL_INVALID_INDEX) return -1; /* the driver left it out: nothing reads it */
  glGetActiveUniformsiv(program, 1, &index, GL_UNIFORM_OFFSET, &offset);
  return offset;
}

static void make_program(const char *folder) {
  program = glCreateProgram();
  for (int i = 0; i < 2; i++) {
    const char *text = whole_file(folder, i ? "fragment.glsl" : "vertex.glsl", NULL);
    GLuint shader = glCreateShader(i ? GL_FRAGMENT_SHADER : GL_VERTEX_SHADER);
    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glAttachShader(program, shader);
  }
  glLinkProgram(program);
  GLint linked;
  glGetProgramiv(program, GL_LINK_STATUS, &linked);
  if (!linked) {
    char log[4096];
    glGetProgramInfoLog(program, sizeof log, NULL, log);
    fail(log);
  }
  glUseProgram(program);
  time_at = offset_of("TIME"), delta_at = offset_of("TIMEDELTA"), index_at = offset_of("FRAMEINDEX");
}

static void read_plan(const char *folder) {
  char path[4096], name[256];
  int width, height, floats, persistent;
  snprintf(path, sizeof path, "%s/plan.txt", folder);
  FILE *plan = fopen(path, "r");
  if (!plan || fscanf(plan, " size %d %d targets %d", &width, &height, &target_count) != 3 || target_count > MOST) fail(path);
  make_target(&output, width, height, 0, 0);
  for (int i = 0; i < target_count; i++) {
    if (fscanf(plan, "%d %d %d %d", &width, &height, &floats, &persistent) != 4) fail(path);
    make_target(&targets[i], width, height, floats, persistent);
  }
  if (fscanf(plan, " samplers %d", &sampler_count) != 1 || sampler_count > MOST) fail(path);
  for (int i = 0; i < sampler_count; i++) {
    if (fscanf(plan, "%255s %d", name, &sampled[i]) != 2) fail(path);
    glUniform1i(glGetUniformLocation(program, name), i);
  }
  if (fscanf(plan, " passes %d %ld %ld", &pass_count, &block_bytes, &block_stride) != 3 || pass_count > MOST) fail(path);
  for (int i = 0; i < pass_count; i++)
    if (fscanf(plan, "%d", &drawn_into[i]) != 1) fail(path);
  fclose(plan);
}

static void set(long block, int at, const void *value) {
  if (at >= 0) memcpy(blocks + block * block_stride + at, value, 4);
}

static void use_texture(int unit, GLuint name) {
  if (bound[unit] == name) return;
  glActiveTexture(GL_TEXTURE0 + unit);
  glBindTexture(GL_TEXTURE_2D, name);
  bound[unit] = name;
}

static void draw_frame(void) {
  float seconds = (float)(frame / 60.0), delta = frame ? (float)(1 / 60.0) : 0.0f;
  for (int i = 0; i < pass_count; i++) set(i, time_at, &seconds), set(i, delta_at, &delta), set(i, index_at, &frame);
  glBufferSubData(GL_UNIFORM_BUFFER, 0, block_stride * pass_count, blocks);
  for (int i = 0; i < target_count; i++) targets[i].drawn = targets[i].persistent;
  for (int i = 0; i < pass_count; i++) {
    Target *into = drawn_into[i] < 0 ? &output : &targets[drawn_into[i]];
    int side = into->persistent ? !into->now : 0;
    glBindFramebuffer(GL_FRAMEBUFFER, into->framebuffer[side]);
    glViewport(0, 0, into->width, into->height);
    for (int unit = 0; unit < sampler_count; unit++) {
      Target *from = &targets[sampled[unit]];
      use_texture(unit, from->drawn ? from->texture[from->now] : black);
    }
    glBindBufferRange(GL_UNIFORM_BUFFER, 0, block_buffer, i * block_stride, block_bytes);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    into->now = side, into->drawn = 1;
  }
  frame++;
}

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 2) fail("bare FOLDER");
  open_context();
  glDisable(GL_DITHER);
  glDisable(GL_BLEND);
  make_program(argv[1]);
  read_plan(argv[1]);
  black = make_texture(1, 1, 0, nothing);
  long size;
  blocks = (unsigned char *)whole_file(argv[1], "blocks.bin", &size);
  if (size < block_stride * pass_count) fail("blocks.bin is too short");
  glGenBuffers(1, &block_buffer);
  glBindBuffer(GL_UNIFORM_BUFFER, block_buffer);
  glBufferData(GL_UNIFORM_BUFFER, size, NULL, GL_STREAM_DRAW);
  GLuint vertices;
  glGenVertexArrays(1, &vertices);
  glBindVertexArray(vertices);

  char word[16];
  while (scanf("%15s", word) == 1) {
    int count = 0;
    if (!strcmp(word, "draw") && scanf("%d", &count) == 1) {
      double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
      for (int i = 0; i < count; i++) {
        draw_frame();
        glFinish();
      }
      wall = seconds_of(CLOCK_MONOTONIC) - wall, cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
      printf("%.9f %.9f\n", wall, cpu);
    } else if (!strcmp(word, "read")) {
      size_t bytes = (size_t)output.width * output.height * 4;
      void *pixels = malloc(bytes);
      glBindFramebuffer(GL_FRAMEBUFFER, output.framebuffer[0]);
      glReadPixels(0, 0, output.width, output.height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
      fwrite(pixels, 1, bytes, stdout);
      free(pixels);
    } else fail("draw N, or read");
    fflush(stdout);
  }
  return 0;
}
