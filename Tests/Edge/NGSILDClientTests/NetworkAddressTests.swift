import Testing

@testable import NGSILDClient

struct NetworkAddressTests {
    @Test(arguments: [
        ("8.8.8.8", AddressScope.global), ("127.0.0.1", .loopback), ("127.9.9.9", .loopback), ("::1", .loopback),
        ("10.0.0.1", .privateNetwork), ("172.16.0.1", .privateNetwork), ("172.31.255.255", .privateNetwork),
        ("172.32.0.1", .global), ("192.168.1.1", .privateNetwork), ("100.64.0.1", .privateNetwork),
        ("fd12::1", .privateNetwork), ("169.254.169.254", .linkLocal), ("fe80::1", .linkLocal), ("0.0.0.0", .special),
        ("224.0.0.1", .special), ("255.255.255.255", .special), ("::", .special), ("ff02::1", .special),
        ("2606:4700::1111", .global), ("::ffff:127.0.0.1", .loopback), ("::ffff:10.1.2.3", .privateNetwork),
        ("64:ff9b::a9fe:a9fe", .linkLocal), ("2002:7f00:1::", .loopback), ("::127.0.0.1", .loopback),
    ])
    func `an address is known for what it is, however it is written`(text: String, scope: AddressScope) throws {
        #expect(AddressScope(try #require(NetworkAddress(text))) == scope)
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "12345::", "1.2.3.4/8"])
    func `what is no address is refused`(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test(arguments: [
        ("10.1.0.0/16", "10.1.255.255", true), ("10.1.0.0/16", "10.2.0.0", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("172.16.0.0/12", "172.31.0.1", true), ("0.0.0.0/0", "9.9.9.9", true),
        ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdff::1", true), ("fd00::/9", "fdff::1", false),
    ])
    func `a range holds the addresses of its prefix`(range: String, address: String, holds: Bool) throws {
        let range = try #require(NetworkRange(range))
        #expect(range.contains(try #require(NetworkAddress(address))) == holds)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "x/8", "fd00::/129"])
    func `a range that makes no sense is refused`(text: String) { #expect(NetworkRange(text) == nil) }
}
