/** Where a program keeps what it will need again: a folder, a page's own disk, or memory. */
export interface FileStorage {
  /** @throws DlError `not-found`, `read-failed` */
  read(path: string): Promise<Uint8Array>
  /**
   * All or nothing: whoever is killed meanwhile finds the old file or the new one. Missing folders are
   * made; the bytes stay yours.
   *
   * @throws DlError `write-failed`
   */
  write(path: string, bytes: Uint8Array): Promise<void>
  /**
   * The paths that begin with `prefix`, sorted: files of one folder, not of those below it, and none
   * whose name begins with a dot. Without any, and without the folder, an empty list.
   */
  list(prefix: string): Promise<string[]>
  /** Nothing where there is no such file. */
  remove(path: string): Promise<void>
}
