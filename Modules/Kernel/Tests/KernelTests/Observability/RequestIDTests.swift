import Testing

@testable import Kernel

@Suite struct RequestIDTests {
    @Test func idsAreShortDifferentAndFitForAHeader() {
        let ids = (0..<1_000).map { _ in RequestID.make() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == 15 && RequestID.make(from: $0) == $0 })
    }

    @Test func idsSortByTime() {
        let times: [UInt64] = [0, 31, 32, 1_767_889_424_122, 1_767_889_424_123, 32_503_680_000_000]
        let ids = times.map { RequestID.make(milliseconds: $0) }
        #expect(ids == ids.sorted())
    }

    @Test(arguments: ["abcdefgh", "A-b_C-d_9", String(repeating: "x", count: 64)])
    func keepsTheClientsId(id: String) {
        #expect(RequestID.make(from: id) == id)
    }

    @Test(arguments: [
        nil, "", "short", "has space", "line\nbreak", "quote\"quote", "ümlaut-ümlaut", "a/b/c/d/e", "nul\u{0}nul-nul",
        String(repeating: "x", count: 65),
    ])
    func replacesAnyOther(id: String?) {
        let made = RequestID.make(from: id)
        #expect(made != id)
        #expect(made.utf8.count == 15)
    }
}
