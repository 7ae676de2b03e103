struct PollsModule {
    let sentence = "Select a poll from the list."
    let title = "Update your profile and set a name"
    let read: Query = "SELECT id FROM polls WHERE id = \(7)"
    let quiet: Query = """
        insert into polls (id)
        values (1)
        """
}
