/** The part of Jasmine that program.ts touches; its own types would declare a second `it` globally. */
declare module 'jasmine-core/lib/jasmine-core/jasmine.js' {
  type Define = (name: string, body: () => void) => { id: string }

  interface Expectation {
    message: string
  }

  interface Result {
    id: string
    fullName: string
    status: 'passed' | 'failed' | 'pending' | 'excluded'
    failedExpectations: Expectation[]
  }

  interface Reporter {
    suiteStarted(suite: Result): void
    suiteDone(suite: Result): void
    specDone(spec: Result): void
    jasmineDone(run: { failedExpectations: Expectation[] }): void
  }

  interface Env {
    configure(options: { random: boolean }): void
    beforeEach(body: () => void): void
    addReporter(reporter: Reporter): void
    execute(): Promise<unknown>
  }

  interface JasmineRequire {
    core(required: JasmineRequire): { getEnv(options: { suppressLoadErrors: boolean }): Env }
    interface(jasmine: object, env: Env): { describe: Define }
  }

  const required: JasmineRequire
  export default required
}
