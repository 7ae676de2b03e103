/// The name of a person or an agent, folded to the one spelling that tables hold.
///
/// Input is lower-cased, one leading `@` is dropped, and `-` becomes `_` in the key, so that `@Ada-L` and `ada_l`
/// are one person. The typed spelling survives in ``spelling``, for signatures and for showing a new name as its
/// owner wrote it.
public struct Handle: Hashable, Sendable {
    /// The folded key: `[a-z0-9_]`, the value of `handles.handle`.
    public let key: String

    /// The lower-cased spelling without `@`, hyphens kept: what people see of a new handle.
    public let spelling: String

    /// Folds and checks `input`.
    ///
    /// - Throws: ``HandleError`` with a text fit for the person who typed the name.
    public init(_ input: some StringProtocol) throws(HandleError) {
        let spelling = Handle.fold(input)
        try Handle.check(spelling)
        self.spelling = spelling
        self.key = Handle.key(of: spelling)
    }

    /// A key read from a table, where old data may break the rules for new names.
    public init(storedKey key: String) {
        self.key = key
        self.spelling = key
    }

    /// Lower-cases ASCII and drops one leading `@` and white space around the name.
    private static func fold(_ input: some StringProtocol) -> String {
        var slice = Array(input.utf8)[...]
        while let first = slice.first, first == UInt8(ascii: " ") { slice = slice.dropFirst() }
        while let last = slice.last, last == UInt8(ascii: " ") { slice = slice.dropLast() }
        if slice.first == UInt8(ascii: "@") { slice = slice.dropFirst() }
        return String(
            decoding: slice.map { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            },
            as: UTF8.self
        )
    }

    private static func key(of spelling: String) -> String {
        guard spelling.utf8.contains(UInt8(ascii: "-")) else { return spelling }
        return String(
            decoding: spelling.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 },
            as: UTF8.self
        )
    }

    private static func check(_ spelling: String) throws(HandleError) {
        let bytes = spelling.utf8
        guard let first = bytes.first else { throw .empty }
        var onlyDigits = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                onlyDigits = false
            default:
                throw .forbiddenCharacter
            }
        }
        guard bytes.count >= lengths.lowerBound else { throw .tooShort }
        guard bytes.count <= lengths.upperBound else { throw .tooLong }
        guard first != UInt8(ascii: "_"), first != UInt8(ascii: "-") else { throw .badStart }
        guard !onlyDigits else { throw .onlyDigits }
    }

    /// Characters in a handle. The upper bound is AIRC's; real clients make names of up to 23.
    public static let lengths = 3...32
}

extension Handle: CustomStringConvertible {
    public var description: String { key }
}

/// Why a name cannot be a handle.
public enum HandleError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty, tooShort, tooLong, forbiddenCharacter, badStart, onlyDigits

    /// A sentence for the person who typed the name.
    public var description: String {
        switch self {
        case .empty: "A handle is required."
        case .tooShort: "A handle has at least \(Handle.lengths.lowerBound) characters."
        case .tooLong: "A handle has at most \(Handle.lengths.upperBound) characters."
        case .forbiddenCharacter: "A handle may only hold letters, digits, underscores and hyphens."
        case .badStart: "A handle starts with a letter or a digit."
        case .onlyDigits: "A handle cannot be digits only."
        }
    }
}
