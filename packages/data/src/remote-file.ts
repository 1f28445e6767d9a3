/** A file on a server, as its user names it. */
export interface RemoteFile {
  url: string
  /** Its SHA-256 sum in hexadecimal digits; anything else is refused. */
  sha256: string
  /** Its path below the cache folder and below `$DL_DATA`: `nietzsche/nietzsche.txt`. */
  name: string
  /** Longer bodies are refused (default 4 GiB). */
  maxBytes?: number
  /** After so many seconds without a byte the transfer is given up (default 30). */
  stallSeconds?: number
}

/** With everything filled in. */
export type Wanted = Required<RemoteFile>
