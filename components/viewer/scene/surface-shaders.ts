/** Nuclei as lit surfaces. `slot` numbers a texel of the palette; its alpha: 0 hidden, 1/3 plain, 2/3 hatched, 1 selected. */
export const surfaceVertexShader = /* glsl */ `
  in float slot;
  uniform sampler2D palette;
  out vec3 viewNormal;
  out vec3 atUm;
  flat out vec4 style;

  void main() {
    int index = int(slot + 0.5);
    style = texelFetch(palette, ivec2(index & 255, index >> 8), 0);
    viewNormal = normalMatrix * normal;
    atUm = position;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
    if (style.a < 0.1) gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // outside of what is seen
  }
`;

export const surfaceFragmentShader = /* glsl */ `
  precision highp float;
  uniform bool isProposal;
  uniform vec3 clipLowUm;
  uniform vec3 clipHighUm;
  in vec3 viewNormal;
  in vec3 atUm;
  flat in vec4 style;
  out vec4 color;

  void main() {
    if (any(lessThan(atUm, clipLowUm)) || any(greaterThan(atUm, clipHighUm))) discard;
    vec3 normal = normalize(viewNormal);
    float diffuse = max(dot(normal, normalize(vec3(-0.4, 0.55, 0.75))), 0.0);
    float facing = max(normal.z, 0.0);
    vec3 lit = style.rgb * (0.22 + 0.68 * diffuse + 0.16 * facing);
    bool isStripe = mod(gl_FragCoord.x + (isProposal ? -gl_FragCoord.y : gl_FragCoord.y), 7.0) < 2.0;
    bool isSelected = style.a > 0.9;
    // Proposals are seen through: every second stripe is open.
    if (isProposal && !isSelected && mod(gl_FragCoord.x - gl_FragCoord.y, 4.0) < 2.0) discard;
    if (!isProposal && style.a > 0.5 && !isSelected && isStripe) lit *= 0.45;
    if (isSelected) lit = mix(lit * 1.15 + 0.08, vec3(1.0), pow(1.0 - facing, 2.0) * 0.95);
    // Where a nucleus is cut open its inside is seen: flat, as if it were filled.
    if (!gl_FrontFacing) lit = style.rgb * (isSelected ? 0.95 : 0.72);
    color = vec4(lit, 1.0);
  }
`;
