import CConsoleSite

/// The page's own files as the compiler put them into the binary; see docs/adr for why they are not read from disk.
enum EmbeddedSite {
    /// Every file with its path below `Site`, in the order of `site.c`.
    static func files() -> [(path: String, bytes: [UInt8])] {
        var files: [(path: String, bytes: [UInt8])] = []
        while let file = console_site_file_at(files.count) {
            let bytes = Array(UnsafeBufferPointer(start: file.pointee.bytes, count: file.pointee.count))
            files.append((String(cString: file.pointee.path), bytes))
        }
        return files
    }
}
