/** The browser of the tests: Debian's, or whatever Chromium the machine has. Nothing is downloaded. */
import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The executable, which `DL_CHROMIUM` may name, or null. */
export const chromium =
  [process.env.DL_CHROMIUM, ...PLACES].find(path => path && existsSync(path)) ?? null

/** Why tests in a browser do not run where there is none. */
export const NO_CHROMIUM =
  'there is no Chromium; install it (apt-get install chromium) or name one with DL_CHROMIUM'

/** For playwright. SwiftShader plays the graphics card, so that all machines compute alike. */
export const launchOptions = {
  executablePath: chromium ?? undefined,
  args: [
    '--headless=new',
    '--no-sandbox',
    '--disable-background-networking',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
  ],
}

/** What a page is served with where threads are to share memory. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}
