import Foundation
import JSONText
import Testing

@Suite("Scanner against Foundation")
struct FuzzTests {
    @Test("damaged texts are judged alike, and never crash", arguments: 0..<8)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: 100 + seed)
        var (accepted, refused) = (0, 0)
        for _ in 0..<400 {
            var bytes = random.json(depth: 3).bytes
            for _ in 0...random.below(3) { mutate(&bytes, &random) }
            let document = try? JSONDocument(bytes)
            if let document { touchEverything(document.root) }
            guard isComparable(bytes, document) else { continue }
            let reference = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect((document != nil) == (reference != nil), "\(String(decoding: bytes, as: UTF8.self))")
            if document != nil { accepted += 1 } else { refused += 1 }
        }
        #expect(accepted > 20 && refused > 20, "the mutations should yield both: \(accepted), \(refused)")
    }

    @Test("every prefix of a text is refused")
    func prefixes() throws {
        let text = Array(
            "{\"a\":[1.5e+3,true,null,\"\\ud83d\\ude00\u{E9}\u{20AC}\u{1F600}\\n\"],\"b\":{\"c\":false}}".utf8
        )
        _ = try JSONDocument(text)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONDocument(text[..<length]) }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let marks = Array("{}[]\",:\\u0019eE+-.tfn \n\t\u{1}\u{7F}".utf8) + [0x80, 0xC2, 0xED, 0xF0, 0xFF]
        let at = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0: bytes.insert(marks[random.below(marks.count)], at: at)
        case 1 where at < bytes.count: bytes.remove(at: at)
        case 2 where at < bytes.count: bytes[at] = marks[random.below(marks.count)]
        case 3 where at < bytes.count: bytes[at] = UInt8(random.below(256))
        case 4 where random.below(8) == 0: bytes.removeSubrange(at...)
        default: break
        }
        if bytes.isEmpty { bytes = [UInt8(ascii: "1")] }
    }

    /// Foundation also takes other encodings and byte order marks, and refuses lone surrogates and numbers beyond a
    /// double's range, where this scanner does as RFC 8259 says.
    private func isComparable(_ bytes: [UInt8], _ document: JSONDocument?) -> Bool {
        if bytes.contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return false }
        if bytes.starts(with: [0xFF]) || bytes.starts(with: [0xFE]) { return false }
        guard let root = document?.root else { return true }
        return !root.hasLoneSurrogate && !hasHugeNumber(root)
    }

    private func hasHugeNumber(_ value: JSONValue) -> Bool {
        value.kind == .number && value.double == nil || value.elements.contains { hasHugeNumber($0) }
            || value.members.contains { hasHugeNumber($0.value) }
    }

    private func touchEverything(_ value: JSONValue) {
        _ = (value.string, value.int64, value.double, value.bool, value.raw, Timestamp.parse(value))
        for element in value.elements { touchEverything(element) }
        for member in value.members { touchEverything(member.value) }
        _ = CanonicalJSON.encode(value)
        _ = CanonicalJSON.encode(value, style: .pythonASCII)
    }
}
