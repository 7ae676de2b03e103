import JSONText
import KernelTesting

/// A request body that no route may take.
struct BadBody: Sendable, CustomStringConvertible {
    let description: String
    let body: HTTPBody
    var contentType = "application/json"
    /// What the answer must be.
    var status = 400

    static let all: [BadBody] =
        [
            ("half a document", #"{"to":"#), ("an array", "[]"), ("a string", #""text""#), ("a number", "1"),
            ("null", "null"), ("text behind it", "{} {}"), ("a comma too many", #"{"to":"grace",}"#),
            ("single quotes", "{'to':'grace'}"), ("no number", #"{"limit":NaN}"#), ("a leading zero", #"{"limit":01}"#),
            ("a raw NUL", "{\"text\":\"a\0b\"}"), ("a raw line feed", "{\"text\":\"a\nb\"}"),
            ("half an escape", #"{"text":"\u12"}"#), ("no JSON at all", "to=grace&text=hello"),
            (
                "arrays 10,000 deep",
                #"{"payload":"# + String(repeating: "[", count: 10_000)
                    + String(repeating: "]", count: 10_000) + "}"
            ),
            (
                "objects 10,000 deep",
                String(repeating: #"{"payload":"#, count: 10_000) + "1"
                    + String(repeating: "}", count: 10_000)
            ),
        ].map { BadBody(description: $0.0, body: .text($0.1)) } + [
            BadBody(
                description: "no UTF-8",
                body: .bytes(Array(#"{"text":""#.utf8) + [0xFF, 0xC0, 0xAF] + Array("\"}".utf8))
            ),
            BadBody(
                description: "a surrogate as UTF-8",
                body: .bytes(Array(#"{"text":""#.utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8))
            ),
            BadBody(description: "chunks that are no JSON", body: .chunked([Array("{\"to\"".utf8), Array(":".utf8)])),
            BadBody(description: "too much", body: .text(long), status: 413),
            BadBody(
                description: "too much in chunks",
                body: .chunked([Array(long.utf8), Array("}".utf8)]),
                status: 413
            ),
            BadBody(description: "plain text", body: .text("{}"), contentType: "text/plain", status: 415),
            BadBody(
                description: "a form",
                body: .text("to=grace"),
                contentType: "application/x-www-form-urlencoded",
                status: 415
            ),
            BadBody(description: "no content type", body: .text("{}"), contentType: "nonsense", status: 415),
        ]

    private static let long = #"{"text":""# + String(repeating: "x", count: 300_000) + #""}"#
}

/// Values that members of some type must not have, or at least must not break on.
enum BadValue {
    /// Of every type that a schema does not allow, one. `null` counts as absent, so it is not among them.
    static func wrongTypes(for schema: Schema) -> [JSON] {
        let types = schema.types
        var values: [JSON] = []
        if !types.contains("string") { values.append("text") }
        if !types.contains("number") && !types.contains("integer") {
            values += [42, .raw(Array("9223372036854775808".utf8))]
        }
        if !types.contains("boolean") { values.append(true) }
        if !types.contains("object") { values.append(["a": 1]) }
        if !types.contains("array") { values.append(["a"]) }
        if types.contains("integer") && !types.contains("number") {
            values += ["9223372036854775808", "-9223372036854775809", "1.5", "1e400"].map { .raw(Array($0.utf8)) }
        }
        return values
    }

    /// Texts that no member may have.
    static func refusedTexts(maxLength: Int?) -> [JSON] {
        [.raw(Array(#""a\u0000b""#.utf8)), .string(String(repeating: "y", count: max(maxLength ?? 0, 70_000) + 1))]
    }

    /// Texts that are odd: taken or refused, as the member goes.
    static let oddTexts: [JSON] = [
        .raw(Array(#""\ud800""#.utf8)), .raw(Array(#""\udc00\ud800 text""#.utf8)), "\u{202E}txet", "", " ", "\u{FEFF}",
        "'); DROP TABLE messages; --", "%00%ff", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
    ]

    /// Handles that nobody has.
    static let absurdHandles: [JSON] = [
        "@", "ab", "12345", "-minus", "a b", "a/../b", "ädä", "\u{202E}ada", "ada\u{200B}", "grace'--",
        .string(String(repeating: "z", count: 33)), .string(String(repeating: "z", count: 999)),
        .raw(Array(#""\ud800ada""#.utf8)),
    ]

    static let texts = [
        "%00", "%ff", "%zz", "%", "a%00b", "%F0%9F%98", "%E2%80%AE", String(repeating: "q", count: 5_000),
    ]
    static let numbers = ["abc", "9223372036854775808", "-9223372036854775809", "1.5", "0x10", "1e3", "%D9%A1"]
    static let cursors = [
        "x", "%00", "%ff", "====", "bm90LW91cnM", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5Cg", "8J-YgA", "CgoKCgo",
        String(repeating: "A", count: 5_000),
    ]
}
