/** What stands in for the tests' `expect` in a page: an arrow's value is told, not judged. */
export const said: string[] = []

export const expect = (value: string) => ({
  toBe(_expected: string) {
    said.push(value)
  },
})
