"""A language model as second reader: it reads an application's documents as well, and code verifies what it says.

    guide         what the policy folder says to the reader, and the words by which it is verified
    places        the documents as numbered places, without identifiers and names of files
    request       what is asked, the same bytes for the same input
    asking        the endpoint: deadlines, tries, answers that are kept
    foreseeing    what a reading will cost
    schema        the form of an answer
    parsing       an answer's text as that form
    quotes        where a quote stands
    periods       which period holds for a place
    clauses       what the whole clause of a quote says
    verification  each claim against the documents
    algebra       the interval that follows from the claims that are left
    completeness  what no claim judged
    agreement     both readers compared, and what stands
    checklist     what both leave to a person
    exam_texts    the exam's texts with their known facts, from the policy folder
    exam          the reading exam of a model
    examined      what a model has shown in the exam, and what it may do for that
    replaying     what a model said, kept, and said again
    reading       all of it in its order
"""
