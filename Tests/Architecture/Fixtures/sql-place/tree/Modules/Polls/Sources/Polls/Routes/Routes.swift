let remove = #"DELETE FROM "polls""#
// "SELECT 1" in a comment
let part = "ORDER BY id"
let rest = "id FROM polls WHERE id = 1"
