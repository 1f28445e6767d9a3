/**
 * Whether a test is to keep itself short: on a graphics card that a processor plays each program
 * takes a second to compile. `npm test -- --whole` runs the long form there, too.
 */
export const isShort =
  ['webgl', 'webgpu'].includes(import.meta.env.DL_TEST_BACKEND ?? '') &&
  import.meta.env.DL_TEST_WHOLE !== 'yes'
