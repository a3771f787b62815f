// EspalierRecipes
