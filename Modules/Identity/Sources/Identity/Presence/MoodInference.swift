/// Guesses a mood from what a person's tools tell (original-api.md, 1.1 and 1.2).
enum MoodInference {
    /// - Parameters:
    ///   - patch: what the heartbeat says.
    ///   - previous: the presence before it.
    ///   - context: the context with the heartbeat's members.
    ///   - hour: of the day, where the person lives: an hour of the server would call somebody's morning late.
    ///   - recentFileChanges: changes of file in the last ten minutes, where they are counted.
    static func change(
        for patch: PresencePatch,
        previous: PresenceState,
        context: PresenceContext,
        hour: Int,
        recentFileChanges: Int
    ) -> PresencePatch.MoodChange {
        // What the person says wins, and keeps winning until they clear it.
        if let said = context.text("mood") {
            let mood = PresenceState.Mood(text: said, isInferred: false, reason: nil)
            return previous.mood == mood ? .keep : .set(mood)
        }
        let isCleared = patch.context["mood"] != nil
        if let inferred = inferred(patch, previous, context, hour, recentFileChanges) { return .set(inferred) }
        return isCleared ? .clear : .keep
    }

    private static func inferred(
        _ patch: PresencePatch,
        _ previous: PresenceState,
        _ context: PresenceContext,
        _ hour: Int,
        _ recentFileChanges: Int
    ) -> PresenceState.Mood? {
        func mood(_ text: String, _ reason: String) -> PresenceState.Mood {
            PresenceState.Mood(text: text, isInferred: true, reason: reason)
        }
        if patch.context.text("error") != nil { return mood("🐛", "error shared") }
        if recentFileChanges >= 3 { return mood("🔥", "\(recentFileChanges) files in 10m") }
        if let file = patch.context.text("file"), let before = previous.context.text("file"), file != before {
            return mood("🔥", "file changed")
        }
        if context.text("file") != nil, hour >= 22 || hour < 4 { return mood("🌙", "late night session") }
        return nil
    }
}
