import Foundation
import HTTPTypes
import Kernel

/// The fields of a form that a page of ours sent (`application/x-www-form-urlencoded`).
struct FormFields: Sendable {
    private let values: [String: String]

    /// Reads what can be read; the rest counts as absent, since no page of ours sends it.
    init(_ body: [UInt8]) {
        let text = String(decoding: body, as: UTF8.self).replacing("+", with: "%20")
        let items = URLComponents(string: "?" + text)?.queryItems ?? []
        values = Dictionary(items.map { ($0.name, $0.value ?? "") }) { _, last in last }
    }

    /// The trimmed value; `nil` when absent, empty, too long for any field of ours, or with control characters.
    subscript(_ name: String) -> String? {
        guard let value = values[name]?.trimmingCharacters(in: .whitespaces), !value.isEmpty, value.utf8.count <= 1_000,
            value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        return value
    }

    /// A value as it stands in a query or a form.
    static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    static func encoded(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&")
    }
}
