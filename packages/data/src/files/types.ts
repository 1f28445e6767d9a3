/**
 * The few things these packages ask of a file system. Node has one; in a page a path is a URL,
 * there to be read. The export condition `#files` chooses, so a page's bundle holds no `node:` import.
 */
export interface Files {
  /** One path out of several names, whatever this platform's separator is. */
  join(folder: string, ...names: string[]): string
  /** The regular files of a folder, dot-files left out, sorted by name; of a file, the file. */
  list(path: string): Promise<string[]>
  /** The names of a folder's folders, those that begin with a dot left out, sorted. */
  folders(path: string): Promise<string[]>
  exists(path: string): Promise<boolean>
  /** Whether no link leads from below the folder to elsewhere; true where nothing is there yet. */
  isWithin(folder: string, path: string): Promise<boolean>
  /**
   * @param path in Node a URL begins with `file:`
   * @param most so many bytes from the first on (default: all)
   */
  readBytes(path: string | URL, most?: number): Promise<Uint8Array>
  /** A file's bytes, piece by piece. */
  chunks(path: string): AsyncIterable<Uint8Array>
  /** What changes whenever the file does: its size and when it was written. */
  stamp(path: string): Promise<string>
  /**
   * UTF-8, or UTF-16 with its mark, which is dropped. A file in another encoding is refused, not garbled.
   */
  readText(path: string): Promise<string>
  /**
   * Writes all or nothing: under a temporary name beside the target, flushed, then renamed. Missing
   * folders are made. When it fails, also in the middle of `content`, the old file is still there. A
   * link stays one: what it leads to is replaced. What killed programs left of such writes is removed.
   */
  writeAtomic(path: string, content: FileContent): Promise<void>
  /**
   * Adds to the end of a file, flushed, or begins one. A killed program may leave a part of it;
   * nothing before is touched.
   */
  append(path: string, content: string | Uint8Array): Promise<void>
  /** Where downloads are kept: `$DL_CACHE`, `$XDG_CACHE_HOME/dl` or `~/.cache/dl`; null in a page. */
  cacheFolder(): string | null
  /** An environment variable; undefined where it is unset, empty or there are none. */
  env(name: string): string | undefined
  /** A SHA-256 sum in the making. */
  sha256(): Sha256
}

export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>

export interface Sha256 {
  update(chunk: Uint8Array): void
  /** The sum so far in hexadecimal digits. */
  digest(): Promise<string>
}
