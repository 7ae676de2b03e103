import HTTPTypes
import Testing

@testable import Kernel

@Suite struct QueryParametersTests {
    @Test func decoding() throws {
        let query = QueryParameters("user=ada&with=b%C3%B6b+x&empty=&flag=true&flag2=1")
        #expect(try query.optional("user") == "ada")
        #expect(try query.optional("with") == "böb x")
        #expect(try query.optional("empty") == nil)
        #expect(try query.optional("missing") == nil)
        #expect(query.flag("flag"))
        #expect(!query.flag("flag2"))
    }

    @Test func theLastOfANameWins() throws {
        #expect(try QueryParameters("user=ada&user=lin").optional("user") == "lin")
    }

    @Test(arguments: ["user=%00", "user=%ff", "user=%C3", "user=%zz", "user=%"])
    func unreadableTextIsRefusedByName(text: String) {
        let query = QueryParameters(Substring(text))
        let error = #expect(throws: APIError.self) { try query.optional("user") }
        #expect(error?.status == .badRequest)
        #expect(error?.field == "user")
    }

    @Test func numbersAreClampedAndChecked() throws {
        let query = QueryParameters("limit=500&low=-5&word=ten&huge=99999999999999999999")
        #expect(try query.int("limit", default: 100, in: 1...200) == 200)
        #expect(try query.int("low", default: 100, in: 1...200) == 1)
        #expect(try query.int("missing", default: 100, in: 1...200) == 100)
        #expect(throws: APIError.self) { try query.int("word", default: 1, in: 1...2) }
        #expect(throws: APIError.self) { try query.int("huge", default: 1, in: 1...2) }
    }
}
