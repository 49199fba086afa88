/** A triangle over the whole pane; the ray of each pixel goes through the volume up to the nearest surface. */
export const volumeVertexShader = /* glsl */ `
  out vec2 screen;
  void main() {
    screen = position.xy;
    gl_Position = vec4(position.xy, 0.0, 1.0);
  }
`;

/**
 * Intensities are stored as the square root of (value - low) / (high - low), 8 bits: finer where signals are faint.
 * `window` is the contrast in those units. `clipToTexture` takes clip space to texture coordinates 0…1 of the volume; what is clipped away of it
 * and where its slices stand is in those coordinates too.
 */
export const volumeFragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler3D;
  uniform sampler3D volume;
  uniform sampler2D surfaceColor;
  uniform sampler2D surfaceDepth;
  uniform mat4 clipToTexture;
  uniform vec2 window;
  uniform float gammaExponent;
  uniform int steps;
  uniform int mode; // 0 off, 1 maximum, 2 shaded
  uniform vec3 texelSize;
  uniform vec3 background;
  uniform vec3 clipLow;
  uniform vec3 clipHigh;
  uniform bool showsSlices;
  uniform vec3 slicesAt;
  in vec2 screen;
  out vec4 color;

  float brightness(vec3 at) {
    float root = texture(volume, at).r;
    return clamp((root * root - window.x) / (window.y - window.x), 0.0, 1.0);
  }

  vec3 unproject(float depth) {
    vec4 p = clipToTexture * vec4(screen, depth * 2.0 - 1.0, 1.0);
    return p.xyz / p.w;
  }

  float hash(vec2 p) {
    return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453);
  }

  void main() {
    vec2 uv = screen * 0.5 + 0.5;
    float depth = texture(surfaceDepth, uv).r;
    bool isSurface = depth < 1.0;
    vec3 behind = isSurface ? texture(surfaceColor, uv).rgb : background;
    color = vec4(behind, 1.0);
    if (mode == 0 && !showsSlices) return;

    vec3 from = unproject(0.0);
    vec3 ray = unproject(depth) - from;
    vec3 inverse = 1.0 / ray;
    vec3 a = (clipLow - from) * inverse;
    vec3 b = (clipHigh - from) * inverse;
    vec3 first = min(a, b);
    vec3 last = max(a, b);
    float enter = max(max(first.x, first.y), max(first.z, 0.0));
    float leave = min(min(last.x, last.y), min(last.z, 1.0));
    if (enter >= leave) return;

    if (showsSlices) {
      vec3 crossed = (slicesAt - from) * inverse;
      bool isSlice = false;
      for (int axis = 0; axis < 3; axis++)
        if (crossed[axis] > enter && crossed[axis] < leave) {
          leave = crossed[axis];
          isSlice = true;
        }
      if (isSlice) {
        behind = vec3(max(pow(brightness(from + leave * ray), gammaExponent), background.r));
        color.rgb = behind;
        if (mode == 1) return; // the brightest of a ray would hide what stands behind it
      }
      if (mode == 0) return;
    }

    float stride = (leave - enter) / float(steps);
    float t = enter + stride * hash(gl_FragCoord.xy); // a random start hides the steps
    if (mode == 1) {
      float largest = 0.0;
      for (int i = 0; i < steps; i++, t += stride) largest = max(largest, brightness(from + t * ray));
      largest = pow(largest, gammaExponent);
      // In front of a nucleus the image is a veil; elsewhere it is the picture.
      color.rgb = isSurface ? mix(behind, vec3(1.0), 0.35 * largest * largest) : max(vec3(largest), background);
      return;
    }
    vec3 sum = vec3(0.0);
    float through = 1.0;
    // Opacity is per length of ray: as many steps as the volume is thick make it solid.
    float density = 26.0 * length(ray * (leave - enter)) / float(steps);
    for (int i = 0; i < steps && through > 0.03; i++, t += stride) {
      vec3 at = from + t * ray;
      float here = pow(brightness(at), gammaExponent);
      if (here < 0.06) continue;
      vec3 gradient = vec3(
        brightness(at + vec3(texelSize.x, 0.0, 0.0)),
        brightness(at + vec3(0.0, texelSize.y, 0.0)),
        brightness(at + vec3(0.0, 0.0, texelSize.z))) - brightness(at);
      float lit = 0.45 + 0.55 * clamp(0.5 - 0.5 * dot(normalize(gradient + 1e-5), normalize(-ray)), 0.0, 1.0);
      float alpha = 1.0 - exp(-density * here * here);
      sum += through * alpha * here * lit * vec3(1.0, 0.97, 0.92);
      through *= 1.0 - alpha;
    }
    color.rgb = sum + through * behind;
  }
`;
