"""Understanding a message: from its content to a trigger of the dialogue. Pure. docs/understanding.md tells it in words.

In the order in which a message passes:

    reading             reads it once, without the session: the button or its typed title, the ticket codes, and
      understand          what the words say, for the vote: intents (rules over words that tagging finds by vocabulary),
                          classifier (features, weights), refusals (what the words veto), detect_language
    meaning             what it means in the session: a quoted ticket, a file, a changed message, or
      button_meaning      a button
      text_meaning        a text: the open question of its place (answers) and the vote (decision) decide; a grade by grade
                        the result is a trigger, or a question to the database
    resolve             answers the question with the database's facts, which leaves a trigger; pointing finds "the second one"
    state/dialogue/table    the action for the trigger, and the next state

act has the acts and places that all of them speak of, triggers what they result in.
"""
