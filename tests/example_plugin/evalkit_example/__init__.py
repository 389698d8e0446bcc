"""What a third party's package looks like to evalkit: installed by the tests, never by users."""
