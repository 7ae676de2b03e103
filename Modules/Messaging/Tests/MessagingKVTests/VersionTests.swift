import Cutover
import Testing

@testable import MessagingKV

/// Copies of one message become the same rows in whatever order they come.
struct VersionTests {
    private func copy(_ kind: String, _ json: String, place: Int = 0, note: String? = nil) -> StagedRecord {
        StagedRecord(
            entity: "m1",
            kind: kind,
            source: Array("key".utf8),
            place: place,
            value: Array(json.utf8),
            note: note
        )
    }

    @Test(arguments: 0..<50)
    func theOrderOfCopiesDoesNotMatter(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &+ 1)
        var copies: [StagedRecord] = []
        for place in 0..<Int.random(in: 1...6, using: &generator) {
            let kind = ["body", "array", "list", "thread"].randomElement(using: &generator) ?? "body"
            let text =
                ["\"text\":\"a\"", "\"body\":\"a\"", "\"text\":\"b\"", "\"text\":null"].randomElement(using: &generator)
                ?? ""
            let read =
                Bool.random(using: &generator) ? ",\"read\":true,\"readAt\":\"2026-01-0\(place + 1)T00:00:00Z\"" : ""
            let time = Bool.random(using: &generator) ? ",\"timestamp\":176778288705\(place)" : ""
            copies.append(
                copy(kind, "{\"id\":\"m1\",\"from\":\"ada\",\"to\":\"bob\",\(text)\(read)\(time)}", place: place)
            )
        }
        let first = summary(OldMessage.versions(of: copies))
        for _ in 0..<5 {
            #expect(summary(OldMessage.versions(of: copies.shuffled(using: &generator))) == first)
            // What comes twice says nothing new.
            #expect(summary(OldMessage.versions(of: copies + copies.shuffled(using: &generator))) == first)
        }
    }

    private func summary(_ versions: [OldMessage]) -> [String] {
        OldMessage.named(versions, beside: nil).map { message, isDerived in
            "\(message.id) \(message.text ?? "-") \(message.at ?? 0) \(message.isRead) \(message.readAt ?? 0) \(isDerived)"
        }
    }

    @Test func twoMessagesUnderOneIdAreBothKept() {
        let versions = OldMessage.versions(of: [
            copy("list", #"{"id":"m1","from":"ada","to":"bob","body":"two","timestamp":1767782887060}"#),
            copy("body", #"{"id":"m1","from":"ada","to":"bob","text":"one","createdAt":"2026-01-09T11:39:08.750Z"}"#),
        ])
        let named = OldMessage.named(versions, beside: nil)
        #expect(named.map(\.message.text) == ["one", "two"])
        #expect(named[0].message.id == "m1")
        #expect(named[1].message.id.hasPrefix("m1~"))
    }

    @Test func whatPostgresHasKeepsTheId() {
        let versions = OldMessage.versions(of: [
            copy("body", #"{"id":"m1","from":"ada","to":"bob","text":"one"}"#),
            copy("list", #"{"id":"m1","from":"ada","to":"bob","body":"two"}"#),
        ])
        let there = ExistingMessage(from: "ada", to: "bob", text: "two", isChanged: false)
        let named = OldMessage.named(versions, beside: there)
        #expect(named.first { $0.message.text == "two" }?.isDerived == false)
        #expect(named.first { $0.message.text == "one" }?.isDerived == true)
        #expect(ExistingMessage(from: "deleted_1", to: "bob", text: "", isChanged: false).isErased)
    }

    @Test func timesAreFoundInIds() {
        #expect(OldMessageTime.inside("1767782887059-5039pa") == 1_767_782_887_059_000)
        #expect(OldMessageTime.inside("msg_mjrtfncun6d") != nil)
        #expect(OldMessageTime.inside("msg_059d2c3fd9b54bd9a17ca06a") == nil)
        #expect(OldMessageTime.inside("hello") == nil)
    }

    /// SplitMix64: the same sequence on every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
