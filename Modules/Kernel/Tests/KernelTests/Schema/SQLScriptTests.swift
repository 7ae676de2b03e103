import Testing

@testable import Kernel

@Suite struct SQLScriptTests {
    private func texts(_ sql: String) -> [String] { SQLScript.statements(of: sql).map(\.text) }

    @Test func splitsAtSemicolons() {
        #expect(texts("SELECT 1; SELECT 2 ;\n\nSELECT 3") == ["SELECT 1", "SELECT 2 ", "SELECT 3"])
        #expect(texts(" ;; -- nothing\n/* at /* all */ */ ;").isEmpty)
    }

    @Test(arguments: [
        "SELECT 'a;b''c;d'", "SELECT E'a\\';b'", "SELECT \"a;b\" FROM t", "SELECT $$a;b'$$", "SELECT $x$a;$$;b$x$",
        "SELECT 1 -- a;b\n+ 1", "SELECT /* ; /* ; */ ; */ 1", "SELECT 'back\\'", "SELECT 'ünïcode;'",
        "SELECT a$b$c FROM t",
    ])
    func keepsSemicolonsWithin(_ statement: String) {
        #expect(texts(statement + ";SELECT 2") == [statement, "SELECT 2"])
    }

    @Test(arguments: ["SELECT 'a;b", "SELECT $x$ a;b", "/* a", "SELECT \"a;", "$", "'", "E'\\"])
    func survivesWhatNeverEnds(_ sql: String) {
        #expect(SQLScript.statements(of: sql).count <= 1)
    }

    @Test func tellsLines() {
        let statements = SQLScript.statements(of: "-- first\nSELECT 1;\n\n  SELECT\n'x\ny',\n2;SELECT 3;\n")
        #expect(statements.map(\.line) == [2, 4, 7])
        #expect(statements[1].line(at: nil) == 4)
        // The `2` after the text of two lines.
        #expect(statements[1].line(at: "SELECT\n'x\ny',\n2".count) == 7)
    }

    @Test func knowsTransactionControl() {
        let statements = SQLScript.statements(
            of: "begin; COMMIT;Rollback to x; SELECT 1; CREATE TABLE commits (id int)"
        )
        #expect(statements.map(\.controlsTransaction) == [true, true, true, false, false])
    }
}
