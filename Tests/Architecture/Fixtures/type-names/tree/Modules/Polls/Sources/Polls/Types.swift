// struct Polls: a comment declares nothing
struct PollsModule {
    let text = "enum Polls {}"

    enum Polls {}
}
