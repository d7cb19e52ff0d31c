import Testing

@testable import parvis

struct FileDescriptorsTests {
    @Test(arguments: [
        (20_000, 1_048_576, 20_000), (20_000, 20_000, 19_744), (20_000, 1_024, 768), (20_000, 64, 8), (20_000, 10, 4),
        (3, 1_024, 4), (5, 64, 5),
    ])
    func `descriptors are kept back from connections`(wanted: Int, allowed: Int, room: Int) {
        #expect(FileDescriptors.room(for: wanted, of: allowed) == room)
    }
}
