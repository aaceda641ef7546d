"""Understanding a message: from its content to a trigger of the dialogue. Pure.

In the order of the pipeline:

    reading                         reads a message once, without the session
    intents                         the intent of a text: tagging and vocabulary, detect_language
    classifier                      what a text probably is, by a trained model: features, weights (bench/understanding)
    text_meaning, button_meaning    the meaning of a text or a button in the session
    meaning                         the meaning of any message in the session: a trigger, or a question to the database
    resolve                         answers the question with the database's facts, which leaves a trigger
    state/dialogue/table            the action for the trigger, and the next state
"""
