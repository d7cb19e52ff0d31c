extension SQLiteStorage {
    /// Sizes and limits; the defaults are right for a few hundred thousand entities.
    public struct Configuration: Sendable {
        /// The write-ahead log is copied into the file when it has grown to this, in bytes. Larger: less work under load,
        /// a longer start after a crash (about 2 ms for each MiB).
        public var checkpointBytes = 32 << 20
        /// When the log has grown to this in spite of the copying beside, commits copy too, in bytes.
        public var logLimitBytes = 256 << 20
        /// The log's disk space is given back when no commit came for this long.
        public var idle = Duration.seconds(10)
        /// How long writes are refused after the disk did not keep one, before it is tried again.
        public var suspensionPause = Duration.seconds(1)
        /// Whether what is intact of damaged entities is read when all are visited; nothing is written from then on.
        public var readsDamaged = false
        /// Told what is damaged, each as a sentence.
        public var onDamage: @Sendable (String) -> Void = { _ in }
        /// How many reads may run at once.
        public var readers = 4
        /// SQLite's own cache for the writer, in KiB.
        public var writerCacheKiB = 4096
        /// SQLite's own cache for each reader, in KiB.
        public var readerCacheKiB = 1024

        public init() {}
    }
}
