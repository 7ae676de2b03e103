import Glibc

/// New folders for servers that live as long as a test process.
enum TemporaryFolder {
    /// Makes a folder that only `owner` can enter. Not under `TMPDIR`: the server's user has to reach it, and the path
    /// of a socket in it must be short.
    static func make(owner: Account) throws(PrivatePostgresError) -> String {
        var template = Array("/tmp/vibe-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .noPermission(path: "/tmp", reason: String(cString: strerror(errno)))
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Home.makePrivateFolder(folder, owner: owner)
        return folder
    }
}
