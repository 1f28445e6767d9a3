/** What a template gives. */
export interface Starter {
  /** Texts by path. */
  files: Record<string, string>
  /** Packages to install, with a version where it must be that one. */
  needs: string[]
  /** The same of what only its development needs. */
  devNeeds: string[]
}
