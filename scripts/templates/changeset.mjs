/**
 * What users read of it in the changelog.
 * @param {string} owner
 * @param {string} line
 */
export const changeset = (owner, line) => `---\n'${owner}': minor\n---\n\n${line}\n`
