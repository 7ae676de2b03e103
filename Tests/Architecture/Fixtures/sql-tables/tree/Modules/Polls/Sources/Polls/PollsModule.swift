let manifest = ModuleManifest(name: "polls", summary: "", tables: ["polls", "poll_votes", "poll_drafts"])
