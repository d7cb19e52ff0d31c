/// Why a store could not do what was asked. Nothing of a failed commit is kept.
public enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Someone else has the store open; `process` is the number of the process, if it is known.
    case inUse(path: String, process: Int? = nil)
    /// The disk is full; reads go on.
    case full(path: String)
    /// The disk did not keep a write. Nothing is written until it keeps what it is given again; reads go on.
    case suspended(path: String, reason: String)
    /// The path cannot be created, opened or written.
    case unavailable(path: String, reason: String)
    /// The store was written by a newer Parvis.
    case tooNew(path: String, found: Int, known: Int)
    /// The store's content is damaged.
    case corrupt(path: String, reason: String)
    case closed
    case failed(reason: String)

    public var description: String {
        switch self {
        case .inUse(let path, let process):
            "\(path) is in use by another Parvis process\(process.map { " (\($0))" } ?? ""); "
                + "stop it, or choose another directory with --data"
        case .full(let path): "The disk of \(path) is full; free some space, then writes go on"
        case .suspended(let path, let reason):
            "Nothing is written to \(path), whose disk did not keep a write (\(reason)); reads go on, and writes too once "
                + "the disk keeps what it is given. Look at the disk"
        case .unavailable(let path, let reason): "\(path) cannot be used: \(reason)"
        case .tooNew(let path, let found, let known):
            "\(path) has schema version \(found), this Parvis knows up to \(known); use a newer Parvis"
        case .corrupt(let path, let reason):
            "\(path) is damaged (\(reason)); parvis check says where, parvis restore puts a backup in its place"
        case .closed: "The store is closed"
        case .failed(let reason): "The store failed: \(reason)"
        }
    }
}
