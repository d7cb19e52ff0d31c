/// Opens a file of a table, plain or gzip, whichever its first bytes show.
enum InputFile {
    static func open(path: String, limits: ImportLimits) throws(ImportError) -> any ByteSource {
        let file = try FileSource(path: path)
        let magic = file.peek(8)
        if magic.starts(with: [0x1F, 0x8B]) { return try GzipSource(file: file, limits: limits) }
        for (signature, name, remedy) in foreign where magic.starts(with: signature) {
            throw .unsupportedFormat(file: path, found: name, remedy: remedy)
        }
        return file
    }

    private static let foreign: [(signature: [UInt8], name: String, remedy: String)] = [
        (
            [0x50, 0x4B, 0x03, 0x04], "a zip archive (or a spreadsheet)",
            "unpack it, or save the sheet as CSV, and name the table inside"
        ),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd", "unpack it with: unzstd FILE"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed by xz", "unpack it with: unxz FILE"),
        ([0x42, 0x5A, 0x68], "compressed by bzip2", "unpack it with: bunzip2 FILE"),
        ([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet of an old office format", "save the sheet as CSV"),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet file", "export it as CSV"),
        ([0xFF, 0xFE], "text in UTF-16", "convert it with: iconv -f UTF-16 -t UTF-8 FILE"),
        ([0xFE, 0xFF], "text in UTF-16", "convert it with: iconv -f UTF-16 -t UTF-8 FILE"),
    ]
}
