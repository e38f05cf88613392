"""A language model as second reader: it reads an application's documents as well, and code verifies what it says.

    places        the documents as numbered places, without identifiers and names of files
    schema        the form of an answer
    records       what its part in an assessment is made of
    asking        what is asked: the policy folder's guide, the request, the endpoint, answers parsed and kept
    verifying     each claim against the documents, and the interval that follows from those that are left
    reading       all of it in its order
    agreement     both readers compared, and what stands
    checklist     what both leave to a person
    exam          the reading exam of a model, what it may do for that, and what a reading will cost
    configured    the reader that an installation has configured
"""
